/* Followers: cursors over the log. The log is the only queue; a slow follower lags and nobody else
 * notices. */
#ifndef MU_DAEMON_FEED_H
#define MU_DAEMON_FEED_H

#include "broker/daemon/inside.h"
#include "proto/topic/filter.h"

struct mu_follower {
    struct mu_follower *next; /* in the list of all */
    struct mu_peer *peer;     /* NULL: ended, swept with the next feed */
    uint32_t id;
    uint64_t at;     /* next number to look at */
    uint64_t told;   /* through which number it was told we have looked */
    int64_t told_ms; /* machine time of the last DELIVER */
    int64_t credit;  /* bytes it may still be sent; overdrawn by one piece at most */
    uint64_t window; /* credit when some was last given: what its link carries in about a second */
    int64_t credited_ms; /* machine time of that */
    uint64_t sent;       /* bytes in all */
    uint64_t in_flight;  /* of these, not known to have been heard */
    uint8_t lanes;
    bool everything; /* all lanes, no filter */
    struct mu_filter filter;
    /* a frame being sent in fragments, or one the pipe had no room for */
    uint8_t *frame;
    size_t frame_size, frame_at;
};

/* A new follow, or another in place of the one with the same id. Errors, for BYE: OTHER_EPOCH,
 * BAD_VALUE (filter), BUSY. */
MU_MUST_USE enum mu_err mu_feed_follow(struct mu_daemon *d, struct mu_peer *peer,
                                       const struct mu_follow *follow);
void mu_feed_credit(struct mu_daemon *d, struct mu_peer *peer, const struct mu_credit *credit);
/* Ends all follows of this peer. */
void mu_feed_end(struct mu_daemon *d, struct mu_peer *peer);

/* Whoever does not stand any more is not fed: it hears why at once, not with its next frame. */
void mu_feed_stand(struct mu_daemon *d);

/* Sends what followers may have now, up to a bound; sets d->more when there is more at once, and
 * d->retry_ms when something must wait. Errors: storage errors that must stop the process. */
MU_MUST_USE enum mu_err mu_feed(struct mu_daemon *d);
void mu_feed_close(struct mu_daemon *d);

#endif
