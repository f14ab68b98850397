package io.auspex.security;

import io.quarkus.runtime.annotations.RegisterForReflection;

/** What is written as JSON, declared for the native executable. */
@RegisterForReflection(
        targets = {
            ApiKey.class,
            AuditReport.class,
            AuditView.class,
            KeyUsedUnusually.class,
            Role.class,
            SecretName.class,
            SubjectRights.Erased.class
        })
final class NativeJson {

    private NativeJson() {}
}
