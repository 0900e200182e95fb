// Differences between server versions 14 to 18, and nothing else. Zone: backend.
#pragma once

#if PG_VERSION_NUM < 140000 || PG_VERSION_NUM >= 190000
#error "pg_stress is written for PostgreSQL 14 to 18"
#endif

namespace pg_stress::backend::compat {

/** The PGPROC of a proc number (17 renamed the array's accessor). */
inline PGPROC* proc_by_number(int number) {
#if PG_VERSION_NUM >= 170000
    return GetPGProcByNumber(number);
#else
    return &ProcGlobal->allProcs[number];
#endif
}

/** This process's proc number. */
inline int my_proc_number() {
#if PG_VERSION_NUM >= 170000
    return MyProcNumber;
#else
    return MyProc->pgprocno;
#endif
}

/** Whether a role has USAGE on a schema (16 made one function of all such checks). */
inline bool may_use_schema(Oid schema, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(NamespaceRelationId, schema, role, ACL_USAGE) == ACLCHECK_OK;
#else
    return pg_namespace_aclcheck(schema, role, ACL_USAGE) == ACLCHECK_OK;
#endif
}

/** The path of a relation's main file in this database (18 returns it by value). */
inline void relation_path(char* path, size_t size, Oid tablespace, Oid file) {
    if (tablespace == InvalidOid) {
        tablespace = MyDatabaseTableSpace;
    }
#if PG_VERSION_NUM >= 180000
    const RelPathStr found =
        GetRelationPath(MyDatabaseId, tablespace, file, INVALID_PROC_NUMBER, MAIN_FORKNUM);
    strlcpy(path, found.str, size);
#elif PG_VERSION_NUM >= 170000
    char* found = GetRelationPath(MyDatabaseId, tablespace, file, INVALID_PROC_NUMBER, MAIN_FORKNUM);
    strlcpy(path, found, size);
    pfree(found);
#else
    char* found = GetRelationPath(MyDatabaseId, tablespace, file, InvalidBackendId, MAIN_FORKNUM);
    strlcpy(path, found, size);
    pfree(found);
#endif
}

} // namespace pg_stress::backend::compat
