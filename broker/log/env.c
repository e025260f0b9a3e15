/* Opening an environment, step by step; each step that fails leaves what mu_env_close undoes.
 *
 * The lock on the directory (flock) keeps a second writer out, in this process or another; it goes
 * when the process ends, however it ends. Auditors take no lock, but LMDB allows one open per
 * process for them too: hence the list.
 */
#include "broker/log/env.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "broker/log/tables.h"

#define FOLDER "log"
#define MAP_BYTES_DEFAULT (UINT64_C(64) << 30)
#define READERS_MAX 126u
#define OPEN_MAX 16u
#define PATH_BYTES 4096u
/* Pages one turn can allocate and free again without writing them; more missing is damage. */
#define SHORT_BYTES_MAX (1 << 20)
/* Empty bytes kept behind the last page, which take no disk. */
#define MARGIN_BYTES ((off_t)1 << 20)

/* The one thing of this room that outlives a handle: which directories are open. */
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct mu_env list[OPEN_MAX];

/* File systems where a lock or a shared map of this machine says nothing to the others. */
static const struct {
    uint32_t magic;
    const char *name;
} remote[] = {
    {0x00006969u, "nfs"},  {0x0000517Bu, "smb"},   {0xFF534D42u, "cifs"},   {0xFE534D42u, "smb2"},
    {0x73757245u, "coda"}, {0x5346414Fu, "afs"},   {0x6B414653u, "afs"},    {0x01021997u, "9p"},
    {0x00C36400u, "ceph"}, {0x65735546u, "fuse"},  {0x0BD00BD0u, "lustre"}, {0x47504653u, "gpfs"},
    {0x01161970u, "gfs2"}, {0x7461636Fu, "ocfs2"}, {0xBACBACBCu, "vmhgfs"}, {0x786F4256u, "vboxsf"},
    {0x0000564Cu, "ncp"},
};

static enum mu_err check_local(int folder)
{
    struct statfs fs;

    if (fstatfs(folder, &fs) != 0)
        return MU_E_IO;
    for (size_t i = 0; i < sizeof remote / sizeof remote[0]; i++)
        if ((uint32_t)fs.f_type == remote[i].magic)
            return MU_E_NOT_ALLOWED;
    return MU_OK;
}

static enum mu_err open_folder(const char *path, bool make, struct mu_env *env)
{
    struct stat is;

    if (make && mkdir(path, 0750) != 0 && errno != EEXIST)
        return mu_read_err(errno);
    env->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (env->folder < 0 || fstat(env->folder, &is) != 0)
        return mu_read_err(errno);
    env->device = is.st_dev;
    env->node = is.st_ino;
    if (!make && fstatat(env->folder, "data.mdb", &is, 0) != 0)
        return mu_read_err(errno);
    return check_local(env->folder);
}

/* ---- once per process, one writer ------------------------------------------------------------ */

static enum mu_err note_open(struct mu_env *env)
{
    struct mu_env *free_place = NULL;
    enum mu_err err = MU_OK;

    pthread_mutex_lock(&list_lock);
    for (size_t i = 0; i < OPEN_MAX; i++) {
        if (!list[i].noted)
            free_place = &list[i];
        else if (list[i].device == env->device && list[i].node == env->node)
            err = MU_E_IN_USE;
    }
    if (err == MU_OK && free_place == NULL)
        err = MU_E_LIMIT;
    if (err == MU_OK) {
        env->noted = true;
        *free_place = *env;
    }
    pthread_mutex_unlock(&list_lock);
    return err;
}

static void forget_open(const struct mu_env *env)
{
    pthread_mutex_lock(&list_lock);
    for (size_t i = 0; i < OPEN_MAX && env->noted; i++)
        if (list[i].device == env->device && list[i].node == env->node)
            list[i].noted = false;
    pthread_mutex_unlock(&list_lock);
}

static enum mu_err lock_writer(int folder)
{
    if (flock(folder, LOCK_EX | LOCK_NB) == 0)
        return MU_OK;
    return errno == EWOULDBLOCK ? MU_E_IN_USE : MU_E_IO;
}

/* ---- LMDB ------------------------------------------------------------------------------------ */

#ifdef MU_CONTROL_NOSYNC
/* Found in the program by its bytes: tests/house/control_test.sh holds that none built for use has them. */
static const char mark[] __attribute__((used)) = "MU_CONTROL_NOSYNC";
#endif

static unsigned open_flags(bool read_only)
{
    unsigned flags = MDB_NOTLS;

    if (read_only)
        flags |= MDB_RDONLY;
#ifdef MU_CONTROL_NOSYNC
    flags |= MDB_NOSYNC; /* a build that must be caught below; see tests/log */
#endif
    return flags;
}

/* Ask the environment, not the line above: what counts is what LMDB will do. */
static enum mu_err check_flags(MDB_env *mdb)
{
    unsigned flags = 0;

    if (mdb_env_get_flags(mdb, &flags) != MDB_SUCCESS)
        return MU_E_IO;
    return (flags & MU_ENV_FLAGS_NEVER) ? MU_E_NOT_ALLOWED : MU_OK;
}

static enum mu_err open_mdb(const char *path, bool read_only, struct mu_env *env)
{
    int dead = 0;
    int rc = mdb_env_create(&env->mdb);

    if (rc != MDB_SUCCESS)
        return mu_read_err(rc);
    if ((rc = mdb_env_set_maxdbs(env->mdb, MU_TABLES)) != MDB_SUCCESS ||
        (rc = mdb_env_set_maxreaders(env->mdb, READERS_MAX)) != MDB_SUCCESS ||
        (rc = mdb_env_set_mapsize(env->mdb, (size_t)env->map_bytes)) != MDB_SUCCESS ||
        (rc = mdb_env_open(env->mdb, path, open_flags(read_only), 0640)) != MDB_SUCCESS)
        return mu_read_err(rc);
    /* Readers that died hold pages back for ever. */
    if ((rc = mdb_reader_check(env->mdb, &dead)) != MDB_SUCCESS)
        return mu_read_err(rc);
    return check_flags(env->mdb);
}

enum mu_err mu_env_open(const char *dir, const struct mu_log_options *options, bool make,
                        struct mu_env *env)
{
    char path[PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s/" FOLDER, dir);
    enum mu_err err;

    *env = (struct mu_env){.folder = -1};
    env->map_bytes = options->map_bytes != 0 ? options->map_bytes : MAP_BYTES_DEFAULT;
    if (length < 0 || (size_t)length >= sizeof path)
        return MU_E_ABSENT;
    if ((err = open_folder(path, make, env)) != MU_OK)
        return err;
    if ((err = note_open(env)) != MU_OK)
        return err;
    if (!options->read_only && (err = lock_writer(env->folder)) != MU_OK)
        return err;
    return open_mdb(path, options->read_only, env);
}

void mu_env_close(struct mu_env *env)
{
    if (env->mdb != NULL)
        mdb_env_close(env->mdb);
    forget_open(env);
    if (env->folder >= 0)
        close(env->folder);
    *env = (struct mu_env){.folder = -1};
}

enum mu_err mu_env_keep_names(const struct mu_env *env)
{
    int above = openat(env->folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum mu_err err = MU_OK;

    if (above < 0)
        return MU_E_IO;
    if (fsync(env->folder) != 0 || fsync(above) != 0)
        err = MU_E_IO;
    close(above);
    return err;
}

enum mu_err mu_env_fit_file(const struct mu_env *env, bool read_only)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct stat file;
    mdb_filehandle_t fd;
    off_t need;

    if (mdb_env_info(env->mdb, &info) != MDB_SUCCESS ||
        mdb_env_stat(env->mdb, &stat) != MDB_SUCCESS ||
        mdb_env_get_fd(env->mdb, &fd) != MDB_SUCCESS || fstat(fd, &file) != 0)
        return MU_E_IO;
    need = (off_t)((info.me_last_pgno + 1) * stat.ms_psize);
    if (file.st_size < need && (read_only || need - file.st_size > SHORT_BYTES_MAX))
        return MU_E_CORRUPT;
    if (read_only || file.st_size >= need + MARGIN_BYTES)
        return MU_OK;
    if (ftruncate(fd, need + MARGIN_BYTES * 2) == 0 || file.st_size >= need)
        return MU_OK; /* without a margin it works as well */
    return MU_E_IO;
}
