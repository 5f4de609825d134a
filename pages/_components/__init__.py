"""What pages are made of: the shell, the filter bar, cards, tables, states and figures."""
