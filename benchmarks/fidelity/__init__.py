"""The same content through Hugo and through this site, page by page: `make fidelity`."""
