"""Tables of numbers that nets are made from."""
