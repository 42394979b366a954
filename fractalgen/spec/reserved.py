"""Names that a rule cannot have, because the modules that networks become already use them."""

from __future__ import annotations

import keyword
from typing import Final

_TORCH = """
T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia
named_buffers named_children named_modules named_parameters parameters register_backward_hook register_buffer
register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory
state_dict to to_empty train training type xpu zero_grad
"""
_OURS = """
between checkpointing column column_statistics columns drop_path drop_path_part drop_path_progress drop_path_rate
drop_path_state graph index input live_parts live_plan load_drop_path_state macs mode predict recalibrate
"""

MODULE_ATTRIBUTES: Final = frozenset(f"{_TORCH} {_OURS}".split())


def is_reserved(name: str) -> bool:
    """Whether a rule cannot be called `name`."""
    return keyword.iskeyword(name) or name in MODULE_ATTRIBUTES or name.startswith("_")
