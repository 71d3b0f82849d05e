# 0: it is removed, and not upgraded.
if [ "$1" -eq 0 ] && [ -d /run/systemd/system ]; then
    systemctl disable --now saseo.timer saseo.service saseo-schedule.service saseo-serve.service
fi
exit 0
