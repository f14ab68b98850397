package io.auspex.uploads;

import io.quarkus.runtime.annotations.RegisterForReflection;

/** What this package writes and reads as JSON, declared for the native executable. */
@RegisterForReflection(
        targets = {
            InspectionOrder.class,
            InspectionResult.class,
            InspectionResult.Accepted.class,
            InspectionResult.Refused.class,
            Manifest.class,
            Manifest.Input.class,
            Manifest.Output.class
        })
final class NativeJson {

    private NativeJson() {}
}
