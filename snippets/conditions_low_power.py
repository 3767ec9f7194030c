"""What the app can read: Background App Refresh is off while Low Power Mode is on, since iOS 9.

Claims: system-conditions.low-power-mode-turns-refresh-off
"""

from afterswipe import Phone

phone = Phone(ios="9")
for switched_on in (False, True):
    phone.conditions.low_power_mode = switched_on
    print(
        f"Low Power Mode {'on' if switched_on else 'off'}: refresh is {phone.conditions.background_refresh_status}"
    )
