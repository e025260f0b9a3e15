/* A link of our own making between agents and a broker: a TCP proxy that is as thin, far, cut or flapping
 * as the story wants, the same each time for the same seed.
 *
 * It has a clock of its own: each step is five milliseconds of link time (one, while it is neither thin nor far
 * nor flapping) and carries what the rate allows in that, never more to catch up. So on a busy machine the link is slower, but never faster, and what is
 * measured in link time and in bytes says how the two ends use the link, not how busy the machine was.
 * Kernel buffers on its sides are as small as they come, so that what waits, waits at the ends.
 */
#ifndef MU_HELP_PROXY_H
#define MU_HELP_PROXY_H

#include <stdbool.h>
#include <stdint.h>

struct help_proxy;

struct help_passed {
    uint64_t up, down; /* bytes carried to the broker, and from it */
    int64_t link_ms;
    unsigned cuts, connections;
};

/* A proxy on a free port of the loopback, to `target` ("tcp://127.0.0.1:7400"). */
struct help_proxy *help_proxy_open(const char *target);
void help_proxy_close(struct help_proxy **proxy);
const char *help_proxy_endpoint(const struct help_proxy *proxy);
/* The broker is elsewhere now; connections there are stay as they are. */
void help_proxy_target(struct help_proxy *proxy, const char *target);

/* Bytes a second, each way, all connections together; 0: as fast as it goes. */
void help_proxy_rate(struct help_proxy *proxy, unsigned bytes_s);
/* What a byte takes from end to end. */
void help_proxy_delay(struct help_proxy *proxy, unsigned delay_ms);
/* Cut: every connection ends, and new ones end at once. */
void help_proxy_cut(struct help_proxy *proxy, bool cut);
/* Stalled: connections stand, and nothing passes. */
void help_proxy_stall(struct help_proxy *proxy, bool stalled);
/* Mute: what the agents say does not pass; what the broker says does. */
void help_proxy_mute(struct help_proxy *proxy, bool muted);
/* Up for about `up_ms`, then cut or stalled for about `down_ms`, as the seed has it, until told to stop
 * (up_ms 0): then it is up. */
void help_proxy_flap(struct help_proxy *proxy, unsigned seed, unsigned up_ms, unsigned down_ms);

struct help_passed help_proxy_passed(struct help_proxy *proxy);

#endif
