"""Files: ``text_file`` holds lines and knows where an error is.

``compressed``, ``archives`` and ``zips`` open packed ones, and ``limits`` says how large they may be.
"""
