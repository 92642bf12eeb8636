/* Simulates a failing disk and records what a process writes.

   Loaded into a process with LD_PRELOAD.  Calls that change files under FAULT_FOLDER
   are counted.  From call FAULT_AT on, FAULT_TIMES calls do what FAULT_KIND names:
   `kill` ends the process with half of a write done; `eio`, `enospc` and `erofs` fail
   with that error; with `read`, calls that read are counted and fail instead.  With
   FAULT_LOG every call is recorded before it is made, and so is every write to
   stdout, which is what the user has seen. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static long counted = 0;
static int journal = -1;

static long setting(const char *name, long otherwise) {
    const char *value = getenv(name);
    return value && *value ? atol(value) : otherwise;
}

static int is_watched(const char *path) {
    const char *folder = getenv("FAULT_FOLDER");
    size_t length = strlen(path);
    if (!folder || strncmp(path, folder, strlen(folder))) return 0;
    /* SQLite maps this file into memory and rebuilds it after a crash. */
    return length < 4 || strcmp(path + length - 4, "-shm");
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

static void raw_write(int fd, const void *data, size_t size) {
    const char *at = data;
    while (size > 0) {
        long done = syscall(SYS_write, fd, at, size);
        if (done <= 0) return;
        at += done;
        size -= (size_t)done;
    }
}

static void record(char what, const char *path, int64_t offset, const void *data,
                   uint32_t size) {
    const char *file = getenv("FAULT_LOG");
    if (!file) return;
    if (journal < 0)
        journal = (int)syscall(SYS_openat, AT_FDCWD, file,
                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    uint32_t length = (uint32_t)strlen(path);
    char head[17];
    head[0] = what;
    memcpy(head + 1, &length, 4);
    memcpy(head + 5, &size, 4);
    memcpy(head + 9, &offset, 8);
    raw_write(journal, head, sizeof head);
    raw_write(journal, path, length);
    raw_write(journal, data, size);
}

/* Count a call; return 0 to let it pass, an error to fail with, or -1 to die. */
static int fault(void) {
    long at = setting("FAULT_AT", 0);
    counted++;
    if (!at || counted < at || counted >= at + setting("FAULT_TIMES", 1)) return 0;
    const char *kind = getenv("FAULT_KIND");
    if (!strcmp(kind, "read")) return 0;
    if (!strcmp(kind, "kill")) return -1;
    if (!strcmp(kind, "enospc")) return ENOSPC;
    return strcmp(kind, "erofs") ? EIO : EROFS;
}

static int is_unreadable(int fd) {
    static long reads = 0;
    const char *kind = getenv("FAULT_KIND");
    char path[PATH_MAX];
    if (!kind || strcmp(kind, "read") || !path_of(fd, path) || !is_watched(path)) return 0;
    long at = setting("FAULT_AT", 1);
    reads++;
    return reads >= at && reads < at + setting("FAULT_TIMES", 1);
}

static void die(void) { syscall(SYS_kill, getpid(), SIGKILL); }

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define FAIL_OR_DIE(failed) \
    do { \
        int how = fault(); \
        if (how < 0) die(); \
        if (how > 0) { errno = how; return failed; } \
    } while (0)

#define WRITE(made, part, at) \
    char path[PATH_MAX]; \
    if (!path_of(fd, path) || !is_watched(path)) return made; \
    record('W', path, at, data, (uint32_t)size); \
    int how = fault(); \
    if (how < 0) { part; die(); } \
    if (how > 0) { errno = how; return -1; } \
    return made

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    if (fd == 1) record('S', "", 0, data, (uint32_t)size);
    WRITE(real(fd, data, size), real(fd, data, size / 2), lseek(fd, 0, SEEK_CUR));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    REAL(pwrite);
    WRITE(real(fd, data, size, at), real(fd, data, size / 2, at), at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(pwrite64);
    WRITE(real(fd, data, size, at), real(fd, data, size / 2, at), at);
}

#define READ(made) \
    if (is_unreadable(fd)) { errno = EIO; return -1; } \
    return made

ssize_t read(int fd, void *data, size_t size) { REAL(read); READ(real(fd, data, size)); }

ssize_t pread(int fd, void *data, size_t size, off_t at) {
    REAL(pread);
    READ(real(fd, data, size, at));
}

ssize_t pread64(int fd, void *data, size_t size, off64_t at) {
    REAL(pread64);
    READ(real(fd, data, size, at));
}

#define ON_FILE(what, at, made) \
    char path[PATH_MAX]; \
    if (path_of(fd, path) && is_watched(path)) { \
        record(what, path, at, "", 0); \
        FAIL_OR_DIE(-1); \
    } \
    return made

int fsync(int fd) { REAL(fsync); ON_FILE('F', 0, real(fd)); }

int fdatasync(int fd) { REAL(fdatasync); ON_FILE('F', 0, real(fd)); }

int ftruncate(int fd, off_t at) { REAL(ftruncate); ON_FILE('T', at, real(fd, at)); }

int ftruncate64(int fd, off64_t at) {
    REAL(ftruncate64);
    ON_FILE('T', at, real(fd, at));
}

int rename(const char *from, const char *to) {
    REAL(rename);
    if (is_watched(from)) {
        record('R', from, 0, to, (uint32_t)strlen(to));
        FAIL_OR_DIE(-1);
    }
    return real(from, to);
}

int unlink(const char *path) {
    REAL(unlink);
    if (is_watched(path) && !access(path, F_OK)) {
        record('U', path, 0, "", 0);
        int how = fault();
        if (how < 0) die();
        /* A full disk lets files be removed. */
        if (how > 0 && how != ENOSPC) { errno = how; return -1; }
    }
    return real(path);
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    if (is_watched(path) && access(path, F_OK)) {
        record('D', path, 0, "", 0);
        FAIL_OR_DIE(-1);
    }
    return real(path, mode);
}

#define OPEN(made) \
    mode_t mode = 0; \
    if (flags & O_CREAT) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    } \
    if (is_watched(path)) { \
        int is_new = (flags & O_CREAT) && access(path, F_OK); \
        if (is_new || (flags & O_TRUNC)) { \
            record(is_new ? 'C' : 'T', path, 0, "", 0); \
            FAIL_OR_DIE(-1); \
        } \
    } \
    return made

int open(const char *path, int flags, ...) {
    REAL(open);
    OPEN(real(path, flags, mode));
}

int open64(const char *path, int flags, ...) {
    REAL(open64);
    OPEN(real(path, flags, mode));
}

int openat(int at, const char *path, int flags, ...) {
    REAL(openat);
    OPEN(real(at, path, flags, mode));
}

int openat64(int at, const char *path, int flags, ...) {
    REAL(openat64);
    OPEN(real(at, path, flags, mode));
}
