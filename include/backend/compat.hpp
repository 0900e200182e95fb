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

/** A set of wait events that lives as long as the process (17 ties it to a resource owner). */
inline WaitEventSet* create_wait_event_set(int events) {
#if PG_VERSION_NUM >= 170000
    return CreateWaitEventSet(nullptr, events);
#else
    return CreateWaitEventSet(TopMemoryContext, events);
#endif
}

/** Begins a materialized result with the row type that the function declares (15 has it whole). */
inline void begin_result_rows(FunctionCallInfo fcinfo) {
#if PG_VERSION_NUM >= 150000
    InitMaterializedSRF(fcinfo, 0);
#else
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    if (result == nullptr || !IsA(result, ReturnSetInfo) ||
        (result->allowedModes & SFRM_Materialize) == 0) {
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("set-valued function called in context that cannot accept a set")));
    }
    const MemoryContext outer = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
    TupleDesc descriptor;
    if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE) {
        elog(ERROR, "return type must be a row type");
    }
    result->returnMode = SFRM_Materialize;
    result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0,
                                              false, work_mem);
    result->setDesc = descriptor;
    MemoryContextSwitchTo(outer);
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
    char* found =
        GetRelationPath(MyDatabaseId, tablespace, file, INVALID_PROC_NUMBER, MAIN_FORKNUM);
    strlcpy(path, found, size);
    pfree(found);
#else
    char* found = GetRelationPath(MyDatabaseId, tablespace, file, InvalidBackendId, MAIN_FORKNUM);
    strlcpy(path, found, size);
    pfree(found);
#endif
}

/** Connects a background worker; from 17 on also as a role without LOGIN. */
inline void connect_as_role(Oid database, Oid role) {
#if PG_VERSION_NUM >= 170000
    BackgroundWorkerInitializeConnectionByOid(database, role, BGWORKER_BYPASS_ROLELOGINCHECK);
#else
    BackgroundWorkerInitializeConnectionByOid(database, role, 0);
#endif
}

} // namespace pg_stress::backend::compat
