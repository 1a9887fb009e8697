"""Files: ``text_file`` holds lines and knows where an error is; ``compressed`` and ``archives`` open packed ones.

``limits`` says how large they may be.
"""
