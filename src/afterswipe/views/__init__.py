"""Pictures and text forms. They are given finished values and decide nothing about the phone."""
