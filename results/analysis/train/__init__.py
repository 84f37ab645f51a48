"""How the weights in `results/analysis/model/` came about: `python -m results.analysis.train --data DIR --out DIR`.

Needs `requirements-train.txt`; nothing here is imported by the running site.
"""
