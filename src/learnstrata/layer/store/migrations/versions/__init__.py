"""Each step is a module here, numbered."""
