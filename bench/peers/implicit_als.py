"""The peer of `ials-speed` and `topk-speed`: a process that does one command a line and answers each with JSON."""
import json
import os
import sys
import time

# The interpreter starts with one set of these; kernels chosen for another machine would slow the peer down.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.pop(name, None)

import numpy as np
import scipy.sparse as sparse
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits


def matrix(path):
    rows, columns = [], []
    with open(path) as lines:
        for line in lines:
            user, *items = (int(word) for word in line.split())
            rows += [user] * len(items)
            columns += items
    shape = (max(rows) + 1, max(columns) + 1)
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


def main():
    data, model = {}, None
    for line in sys.stdin:
        ask = json.loads(line)
        if ask["do"] == "version":
            import implicit

            answer = {"version": implicit.__version__}
        elif ask["do"] == "read":
            data[ask["name"]] = matrix(ask["path"])
            answer = {"shape": data[ask["name"]].shape}
        elif ask["do"] == "fit":
            model = AlternatingLeastSquares(
                factors=ask["factors"],
                regularization=ask["regularization"],
                alpha=ask["alpha"],
                iterations=ask["epochs"],
                num_threads=ask["threads"],
                random_state=ask["seed"],
            )
            # As the package itself advises: its own threads do the work, not those of BLAS.
            with threadpool_limits(1, "blas"):
                began = time.perf_counter()
                model.fit(data[ask["name"]], show_progress=False)
                answer = {"seconds": time.perf_counter() - began}
        else:
            users = np.array(ask["users"])
            model.num_threads = ask["threads"]
            # Products are the work of BLAS here, and the package leaves their threads to it.
            with threadpool_limits(ask["threads"]):
                began = time.perf_counter()
                ids, _ = model.recommend(users, data[ask["name"]][users], N=ask["k"], filter_already_liked_items=True)
                answer = {"seconds": time.perf_counter() - began}
            if ask.get("ids"):
                answer["ids"] = ids.tolist()
        print(json.dumps(answer), flush=True)


main()
