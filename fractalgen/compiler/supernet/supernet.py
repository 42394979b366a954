"""All networks of a space over one store of weights."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor

from fractalgen.compiler.execute import Output
from fractalgen.compiler.network import Network, compile_graph
from fractalgen.compiler.supernet.store import WeightStore
from fractalgen.compiler.supernet.subnet import Initialise, Subnet
from fractalgen.errors import CompileError
from fractalgen.passes import expand
from fractalgen.spec import Spec, load_text
from fractalgen.spec.holes import Values

KEPT_PARAMETERS = 8_000_000
"""How many numbers the compiled networks that wait for their next turn may hold in all."""


class Supernet:
    """A spec with holes as a network: choose a point, and it is that point's network with the store's weights.

    Each network is lowered like any other, so that whatever a spec can say can be chosen; it is kept for its next
    turn as long as there is room.

    Args:
        spec: With holes.
        store: The weights; an empty store when left out.
        seed: Of first weights, which follow from it and from their keys, not from the order of choices.
        initialise: Gives a new module its first weights by a seed; what the module was made with when left out.
        device: Where networks are.

    Example:
        supernet = Supernet(load("space.yaml"))
        supernet.set_choice(spec.space.first())
        logits = supernet(images)
    """

    def __init__(
        self,
        spec: Spec,
        store: WeightStore | None = None,
        seed: int = 0,
        initialise: Initialise = lambda _module, _seed: None,
        device: torch.device | None = None,
    ) -> None:
        self.spec = spec
        self.store = store or WeightStore()
        self.seed = seed
        self._initialise = initialise
        self._device = device or torch.device("cpu")
        self._kept: OrderedDict[str, Subnet] = OrderedDict()
        self._chosen: Subnet | None = None

    @property
    def network(self) -> Network:
        """The network that was chosen.

        Raises:
            CompileError: none was.
        """
        if self._chosen is None:
            raise CompileError("nothing is chosen in the supernet", "Call set_choice(values) first.")
        return self._chosen.network

    def __call__(self, x: Tensor) -> Output:
        """Return the outputs of the chosen network for `x`, `(batch, *input)`."""
        output: Output = self.network(x)
        return output

    def set_choice(self, values: Values) -> Subnet:
        """Choose the network of a point, with the weights that the store has now.

        Raises:
            SpecError: the point is no valid spec.
            GraphError: its branches or shapes do not fit.
        """
        return self.choose(self.spec.fill(values).to_yaml())

    def choose(self, text: str) -> Subnet:
        """Choose the network of a filled spec, given as YAML; otherwise like `set_choice`."""
        subnet = self._subnet(text)
        subnet.load(self.store)
        self._chosen = subnet
        return subnet

    def save(self) -> None:
        """Put the weights of the chosen network into the store."""
        if self._chosen is not None:
            self._chosen.save(self.store)

    def extract(self, values: Values) -> Network:
        """Return the network of a point as one of its own, with a copy of the store's weights.

        Batch-norm statistics belong to no store: call its `recalibrate` with training images before evaluating it.
        """
        subnet = self._compiled(self.spec.fill(values).to_yaml())
        subnet.load(self.store)
        return subnet.network

    def _subnet(self, text: str) -> Subnet:
        known = self._kept.pop(text, None)
        subnet = known or self._compiled(text)
        self._kept[text] = subnet
        while len(self._kept) > 1 and sum(each.parameters for each in self._kept.values()) > KEPT_PARAMETERS:
            self._kept.popitem(last=False)
        return subnet

    def _compiled(self, text: str) -> Subnet:
        # Read from text, a node's place does not depend on how the holes around it were written.
        spec = load_text(text, self.spec.file)
        network = compile_graph(expand(spec), spec.drop_path, self.seed).to(self._device)
        return Subnet(network, self.seed, self._initialise)
