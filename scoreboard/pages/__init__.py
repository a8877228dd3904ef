"""PAGES: what people see of the results."""
