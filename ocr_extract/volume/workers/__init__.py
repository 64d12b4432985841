"""Where files are read: in this process, in processes of this machine, or in a Dask cluster."""
