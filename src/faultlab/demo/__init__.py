"""A server to try the sync on: a generated feed with sound files, which misbehaves as it is told.

    python -m faultlab.demo --fault F11 --fault F17

Needs the extra `demo` (Starlette and uvicorn).
"""
