#include "broker/log/source.h"

#include <stdio.h>
#include <sys/stat.h>

#include "broker/log/export.h"
#include "broker/log/live.h"

enum mu_err mu_source_walk(const char *path, mu_piece_fn *take, void *user)
{
    struct stat about;
    FILE *file;
    enum mu_err err;

    if (stat(path, &about) != 0)
        return MU_E_ABSENT;
    if (S_ISDIR(about.st_mode))
        return mu_live_walk(path, take, user);
    file = fopen(path, "rb");
    if (file == NULL)
        return MU_E_IO;
    err = mu_export_walk(file, take, user);
    fclose(file);
    return err;
}
