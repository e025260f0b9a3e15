#include "broker/daemon/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A path, or with @ a name in the abstract space, which begins with a NUL instead. */
static socklen_t read_address(const char *name, struct sockaddr_un *address)
{
    size_t length = name == NULL ? 0 : strlen(name);

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length < 2 || length >= sizeof address->sun_path || (name[0] != '/' && name[0] != '@'))
        return 0;
    memcpy(address->sun_path, name, length);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

void mu_notify(const char *state)
{
    struct sockaddr_un address;
    socklen_t size = read_address(getenv("NOTIFY_SOCKET"), &address);
    int fd;

    if (size == 0 || (fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
        return;
    (void)sendto(fd, state, strlen(state), MSG_DONTWAIT | MSG_NOSIGNAL,
                 (const struct sockaddr *)&address, size);
    (void)close(fd);
}
