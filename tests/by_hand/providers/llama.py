"""llama.cpp's own server with one model: llama.py FILE.gguf PORT (needs the package xllamacpp)."""
import sys, threading
import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
alias = "small"
params.model_alias = {alias} if not isinstance(params.model_alias, str) else alias
params.n_ctx, params.n_parallel, params.port = 4096, 1, int(sys.argv[2])
params.kv_unified = False
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
params.use_jinja = True
params.verbosity = 0
server = xllamacpp.Server(params)
print("ready", flush=True)
threading.Event().wait()
