"""Who reads the files: this process, processes of this machine, or a Dask cluster."""
