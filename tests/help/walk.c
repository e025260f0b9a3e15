#include "tests/help/walk.h"

#include "broker/log/source.h"

static enum mu_err take_piece(void *user, const struct mu_piece *piece)
{
    return mu_piece_audit(user, piece);
}

enum mu_err help_walk(const char *path, mu_audit *audit)
{
    return mu_source_walk(path, take_piece, audit);
}
