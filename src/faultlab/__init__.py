"""What the engine is tested with: a server, a faulty wire, a disk that crashes, and the lists of what can go wrong.

It is public, so that whoever changes the engine, or writes another one, can hold it against the same faults.
"""
