"""Background modes: run time that lasts as long as its source, a sound, a location or an accessory.

The app gets time because the phone plays its sound or tells it where it is; other work, such as an upload,
moves along with that. Whoever starts the source only for that breaks a review rule (App Review guideline
2.5.4), which is a rule of the store and no barrier on the phone.

Not modelled: Info.plist (an app is taken to declare the modes that it uses), NFC, HealthKit deliveries.
"""

from .device.conditions import Conditions, Power
from .frameworks.avfaudio.system import AudioPlayback
from .frameworks.corebluetooth.system import Accessories
from .frameworks.corelocation.system import LocationServices
from .kernel import Host


class BackgroundModes(AudioPlayback, LocationServices, Accessories):
    """The phone's side: `phone.background_modes`. What the surroundings do, and what App Review would say."""

    def __init__(self, host: Host, conditions: Conditions, power: Power) -> None:
        AudioPlayback.__init__(self, host)
        LocationServices.__init__(self, host, conditions, power)
        Accessories.__init__(self, host, power)

    def review(self) -> list[str]:
        """What App Review guideline 2.5.4 says to the run so far; an empty list where it says nothing."""
        return [*AudioPlayback.review(self), *LocationServices.review(self)]
