/*
 * tests/fault/fault_vfs.h: a file system for SQLite whose n-th operation fails, or is the last one
 * before the power is cut.
 *
 * It takes the name of SQLite's own, "unix", and hands everything on to it. A power cut loses what
 * was written and not synced: the bytes before each such write are kept, put back, and the process
 * ends.
 */
#ifndef IAM_TESTS_FAULT_VFS_H
#define IAM_TESTS_FAULT_VFS_H

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "fault.h"

struct fault_file {
	sqlite3_file base;
	const char *path; /* SQLite keeps it as long as the file is open */
	sqlite3_file *real;
};

/* What a file held before a write that no sync has followed yet. */
struct lost_write {
	struct lost_write *older;
	char path[512];
	sqlite3_int64 offset, file_size;
	int length;
	unsigned char bytes[];
};

static struct lost_write *lost_writes; /* the newest first */
static bool fault_cuts_power;
static sqlite3_vfs *real_vfs;
static sqlite3_mem_methods real_memory;

static void put_back(const struct lost_write *lost)
{
	int fd = __real_open(lost->path, O_WRONLY);

	if (fd < 0)
		return;
	if (pwrite(fd, lost->bytes, (size_t)lost->length, lost->offset) != lost->length ||
	    ftruncate(fd, lost->file_size) != 0)
		_exit(98);
	close(fd);
}

static int database_fault(int code)
{
	if (!fault_is_due(FAULT_DATABASE))
		return SQLITE_OK;
	if (!fault_cuts_power)
		return code;
	for (const struct lost_write *lost = lost_writes; lost; lost = lost->older)
		put_back(lost);
	_exit(0);
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct fault_file *)file)->real;
}

static void remember(sqlite3_file *file, sqlite3_int64 offset, sqlite3_int64 length)
{
	const char *path = ((struct fault_file *)file)->path;
	sqlite3_file *real = real_of(file);
	sqlite3_int64 size = 0;
	struct lost_write *lost;

	if (!fault_cuts_power)
		return;
	CHECK_REQUIRE(real->pMethods->xFileSize(real, &size) == SQLITE_OK, "size");
	if (length > size - offset)
		length = size > offset ? size - offset : 0;
	lost = __real_malloc(sizeof(*lost) + (size_t)length);
	CHECK_REQUIRE(lost && strlen(path) < sizeof(lost->path), "memory");
	*lost = (struct lost_write){ lost_writes, "", offset, size, (int)length };
	memcpy(lost->path, path, strlen(path) + 1);
	CHECK_REQUIRE(length == 0 || real->pMethods->xRead(real, lost->bytes, (int)length,
							   offset) == SQLITE_OK,
		      "what was there");
	lost_writes = lost;
}

static void forget(const char *path)
{
	struct lost_write **place = &lost_writes;

	while (*place) {
		struct lost_write *lost = *place;

		if (strcmp(lost->path, path) != 0) {
			place = &lost->older;
			continue;
		}
		*place = lost->older;
		free(lost);
	}
}

static int file_close(sqlite3_file *file)
{
	sqlite3_file *real = real_of(file);

	return real->pMethods->xClose(real);
}

static int file_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset)
{
	int code = database_fault(SQLITE_IOERR_READ);

	return code ? code : real_of(file)->pMethods->xRead(real_of(file), bytes, length, offset);
}

static int file_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
	int code = database_fault(SQLITE_FULL);

	if (code)
		return code;
	remember(file, offset, length);
	return real_of(file)->pMethods->xWrite(real_of(file), bytes, length, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = database_fault(SQLITE_IOERR_TRUNCATE);

	if (code)
		return code;
	remember(file, size, 1 << 24);
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
	int code = database_fault(SQLITE_IOERR_FSYNC);

	if (code)
		return code;
	forget(((struct fault_file *)file)->path);
	return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out_size)
{
	int code = database_fault(SQLITE_IOERR_FSTAT);

	return code ? code : real_of(file)->pMethods->xFileSize(real_of(file), out_size);
}

static int file_lock_shared(sqlite3_file *file, int lock)
{
	int code = database_fault(SQLITE_IOERR_LOCK);

	return code ? code : real_of(file)->pMethods->xLock(real_of(file), lock);
}

static int file_unlock(sqlite3_file *file, int lock)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}

static int file_check_lock(sqlite3_file *file, int *out_locked)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out_locked);
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int file_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	int code = database_fault(SQLITE_IOERR_SHMMAP);

	return code ? code
		    : real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	int code = flags & SQLITE_SHM_LOCK ? database_fault(SQLITE_IOERR_SHMLOCK) : SQLITE_OK;

	return code ? code : real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods fault_methods = {
	.iVersion = 2, /* without mapped reads: none escapes */
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock_shared,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector_size,
	.xDeviceCharacteristics = file_characteristics,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
		    int *out_flags)
{
	struct fault_file *faulty = (struct fault_file *)file;
	int code = database_fault(SQLITE_CANTOPEN);

	(void)vfs;
	file->pMethods = NULL;
	if (code)
		return code;
	faulty->path = path;
	faulty->real = (sqlite3_file *)(faulty + 1);
	code = real_vfs->xOpen(real_vfs, path, faulty->real, flags, out_flags);
	if (code == SQLITE_OK)
		file->pMethods = &fault_methods;
	return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	int code = database_fault(SQLITE_IOERR_DELETE);

	(void)vfs;
	if (code)
		return code;
	forget(path);
	return real_vfs->xDelete(real_vfs, path, sync_folder);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out_result)
{
	int code = database_fault(SQLITE_IOERR_ACCESS);

	(void)vfs;
	return code ? code : real_vfs->xAccess(real_vfs, path, flags, out_result);
}

static void *memory_take(int size)
{
	return fault_is_due(FAULT_MEMORY) ? NULL : real_memory.xMalloc(size);
}

static void *memory_resize(void *pointer, int size)
{
	return fault_is_due(FAULT_MEMORY) ? NULL : real_memory.xRealloc(pointer, size);
}

/* Before anything else of SQLite's is used. */
static inline void fault_vfs_install(void)
{
	static sqlite3_vfs vfs;
	sqlite3_mem_methods memory;

	CHECK_REQUIRE(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory) == SQLITE_OK,
		      "SQLite's allocator");
	memory = real_memory;
	memory.xMalloc = memory_take;
	memory.xRealloc = memory_resize;
	CHECK_REQUIRE(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory) == SQLITE_OK &&
			      sqlite3_initialize() == SQLITE_OK,
		      "SQLite with an allocator of ours");
	real_vfs = sqlite3_vfs_find("unix");
	CHECK_REQUIRE(real_vfs, "SQLite's file system");
	vfs = *real_vfs;
	vfs.pNext = NULL;
	vfs.szOsFile = (int)sizeof(struct fault_file) + real_vfs->szOsFile;
	vfs.xOpen = vfs_open;
	vfs.xDelete = vfs_delete;
	vfs.xAccess = vfs_access;
	CHECK_REQUIRE(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK &&
			      sqlite3_vfs_find("unix") == &vfs,
		      "a file system of ours in its place");
}

#endif
