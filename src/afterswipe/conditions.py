"""The conditions of the device: what decides, besides the person, whether background work runs."""

from dataclasses import dataclass


@dataclass
class Conditions:
    """Set them between two waits: `phone.conditions.low_power_mode = True`. The battery is a share, 0.0 to 1.0."""

    low_power_mode: bool = False
    background_app_refresh: bool = True
    low_data_mode: bool = False
    charging: bool = False
    battery: float = 0.8
    idle: bool = False
