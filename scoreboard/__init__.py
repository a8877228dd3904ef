"""RUN, KEEP, SHOW: the matrix, the engine, the transport, the store, the importer, the renderers, the command line."""
