# The archive in /var/lib/saseo stays, and the user that it belongs to. An upgrade starts a service
# that runs again: a crawl is stopped with everything saved.
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    [ "$1" -ge 1 ] && systemctl try-restart saseo-schedule.service saseo-serve.service saseo.timer
fi
exit 0
