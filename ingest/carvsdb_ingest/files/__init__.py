"""Files: ``text_file`` holds lines and knows where an error is, ``compressed``, ``archives`` open packed ones."""
