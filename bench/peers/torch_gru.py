"""The peer of the step in `kernels`: a GRU with sampled softmax and Adagrad, as PyTorch's users write it for speed."""
import json
import os
import sys
import time

# The interpreter starts with one set of these; kernels chosen for another machine would slow the peer down.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.pop(name, None)

import torch
from torch import nn
from torch.nn.functional import cross_entropy


class Step:
    def __init__(self, items, width, batch, steps, negatives, seed):
        torch.manual_seed(seed)
        self.embedding = nn.Embedding(items, width, sparse=True)
        self.gru = nn.GRU(width, width)
        parameters = [*self.embedding.parameters(), *self.gru.parameters()]
        self.optimiser = torch.optim.Adagrad(parameters, lr=0.05)
        self.shape = (steps, batch)
        self.sizes = [steps * batch, steps * batch, negatives]
        self.log_q = torch.log(torch.rand(items) + 0.1)
        # Ids of eight batches, drawn before the clock starts, as on the other side.
        self.ids = [torch.randint(items, (sum(self.sizes),)) for _ in range(8)]

    def run(self, count):
        for step in range(count):
            ids = self.ids[step % len(self.ids)]
            # One lookup for all three, so that there is one sparse gradient to bring together.
            inputs, targets, negatives = self.embedding(ids).split(self.sizes)
            _, target_ids, negative_ids = ids.split(self.sizes)
            states, _ = self.gru(inputs.view(*self.shape, -1))
            states = states.view(targets.shape)
            own = (states * targets).sum(1) - self.log_q[target_ids]
            scores = states @ negatives.T - self.log_q[negative_ids]
            scores = scores.masked_fill(target_ids[:, None] == negative_ids, -torch.inf)
            loss = cross_entropy(torch.cat([own[:, None], scores], 1), torch.zeros(len(own), dtype=torch.long))
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            self.optimiser.step()
        return loss.item()


def main():
    step = None
    for line in sys.stdin:
        ask = json.loads(line)
        if ask["do"] == "version":
            answer = {"version": torch.__version__}
        elif ask["do"] == "prepare":
            step = Step(ask["items"], ask["width"], ask["batch"], ask["time"], ask["negatives"], ask["seed"])
            answer = {}
        else:
            torch.set_num_threads(ask["threads"])
            began = time.perf_counter()
            step.run(ask["count"])
            answer = {"seconds": time.perf_counter() - began}
        print(json.dumps(answer), flush=True)


main()
