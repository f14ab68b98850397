package io.auspex;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.Configuration.consideringOnlyDependenciesInAnyPackage;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.adhereToPlantUmlDiagram;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.auspex.model.Head;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The drawing in docs/architecture.puml is the rule. */
class ArchitectureTest {

    private static final Path DRAWING = Path.of("docs/architecture.puml");
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.auspex");

    @Test
    void importsFollowTheDrawing() {
        ArchRuleDefinition.classes()
                .should(
                        adhereToPlantUmlDiagram(
                                DRAWING, consideringOnlyDependenciesInAnyPackage("io.auspex..")))
                .check(CLASSES);
    }

    @Test
    void everyPackageIsInTheDrawing() throws IOException {
        String drawing = Files.readString(DRAWING);
        var missing = new TreeSet<String>();
        CLASSES.forEach(type -> {
            if (!drawing.contains("<<" + type.getPackageName() + "..>>")) {
                missing.add(type.getPackageName());
            }
        });
        assertThat(missing).isEmpty();
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.auspex.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void workersNeedNoContainer() {
        for (String plain : List.of("market", "features", "dataset", "model", "training")) {
            noClasses()
                    .that()
                    .resideInAPackage("io.auspex." + plain + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.quarkus..", "jakarta..")
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    /**
     * But for the bench's bare session: serving is measured against ONNX Runtime itself, and a
     * baseline that went through serving would measure serving against serving.
     */
    @Test
    void onlyServingTouchesOnnxRuntime() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.auspex.serving..")
                .and()
                .doNotHaveFullyQualifiedName("io.auspex.bench.BareSession")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.onnxruntime..")
                .check(CLASSES);
    }

    /** No model has all heads: a list of them comes from its kind. Switches make such calls too. */
    @Test
    void nobodyTakesAllHeadsForThoseOfAModel() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.auspex.model..")
                .and()
                .doNotHaveModifier(JavaModifier.SYNTHETIC)
                .should()
                .callMethod(Head.class, "values")
                .check(CLASSES);
    }
}
