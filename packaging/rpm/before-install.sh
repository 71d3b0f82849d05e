# The user of the services.
getent group saseo > /dev/null || groupadd --system saseo
getent passwd saseo > /dev/null || useradd --system --gid saseo --home-dir /var/lib/saseo \
    --no-create-home --shell /usr/sbin/nologin saseo
exit 0
