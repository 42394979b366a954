"""Zero-cost proxies: figures of an untrained network that go with its accuracy. One file each, named in this table."""

from fractalgen.registry import Registry
from fractalgen.search.proxies._base import Proxy

PROXIES: Registry[type[Proxy]] = Registry(
    "proxy",
    {
        "grad_norm": "fractalgen.search.proxies.grad_norm:GradNorm",
        "jacob_cov": "fractalgen.search.proxies.jacob_cov:JacobCov",
        "naswot": "fractalgen.search.proxies.naswot:Naswot",
        "snip": "fractalgen.search.proxies.snip:Snip",
        "synflow": "fractalgen.search.proxies.synflow:SynFlow",
    },
    plural="proxies",
)

__all__ = ["PROXIES", "Proxy"]
