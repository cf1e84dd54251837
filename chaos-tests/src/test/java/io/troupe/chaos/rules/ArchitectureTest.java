package io.troupe.chaos.rules;

import java.util.List;
import java.util.Map;
import java.util.Set;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/** The one structural rule, pure cores under thin shells, and the direction of all dependencies. */
class ArchitectureTest {
    private static final JavaClasses TROUPE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.troupe");

    private static final String[] PURE = {
        "io.troupe.metadata.internal.state..",
        "io.troupe.metadata.internal.codec..",
        "io.troupe.metadata.internal.submit..",
        "io.troupe.metadata.internal.formation..",
        "io.troupe.transport.internal.frame..",
        "io.troupe.transport.internal.session..",
        "io.troupe.transport.internal.tls..",
        "io.troupe.cluster.internal.delivery..",
        "io.troupe.cluster.internal.handoff..",
        "io.troupe.cluster.internal.placement..",
        "io.troupe.cluster.internal.membership..",
        "io.troupe.actors.internal.durable..",
        "io.troupe.actors.internal.lifecycle.."
    };

    /** Shells that live beside their core because the two are read together. */
    private static final DescribedPredicate<JavaClass> SHELL_BESIDE_ITS_CORE = simpleName("ClusterFile")
            .or(describe("nested in ClusterFile", type -> type.getName().contains(".ClusterFile$")));

    /** What a core may not even mention: its time, its randomness and its input come as parameters. */
    private static final Set<String> IMPURE_TYPES = Set.of(
            "java.lang.Thread",
            "java.lang.Runtime",
            "java.lang.Process",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.Timer",
            "java.util.concurrent.ThreadLocalRandom",
            "java.util.concurrent.Executor",
            "java.util.concurrent.ExecutorService",
            "java.util.concurrent.ScheduledExecutorService",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ForkJoinPool",
            "java.util.concurrent.CountDownLatch",
            "java.util.concurrent.Semaphore",
            "java.security.SecureRandom");

    private static final Map<String, Set<String>> IMPURE_CALLS = Map.of(
            "java.lang.System", Set.of("nanoTime", "currentTimeMillis", "getenv", "getProperty", "identityHashCode"),
            "java.lang.Math", Set.of("random"),
            "java.util.UUID", Set.of("randomUUID"),
            "java.time.Instant", Set.of("now"),
            "java.lang.Object", Set.of("wait", "notify", "notifyAll"));

    @Test
    void coresTouchNoThreadSocketFileClockLoggerOrRandomness() {
        noClasses()
                .that(resideInAnyPackage(PURE))
                .and(DescribedPredicate.not(SHELL_BESIDE_ITS_CORE))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.net..",
                                "java.nio.channels..",
                                "java.nio.file..",
                                "java.util.concurrent.locks..",
                                "org.slf4j..",
                                "org.apache.ratis..")
                        .or(describe("are impure", type -> IMPURE_TYPES.contains(type.getName()))))
                .orShould()
                .callCodeUnitWhere(describe("reads a clock, the environment or randomness", ArchitectureTest::isImpure))
                .because("a core is told what happened and at what time, so that a simulation can be the same class")
                .check(TROUPE);
    }

    @Test
    void coresExist() {
        for (String core : PURE) {
            assertThat(TROUPE.stream().filter(resideInAnyPackage(core)))
                    .as("classes in %s", core)
                    .isNotEmpty();
        }
    }

    @Test
    void onlyOnePackageKnowsRatis() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.troupe.metadata.internal.ratis..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.ratis..")
                .check(TROUPE);
    }

    @Test
    void onlyOnePackageTouchesSocketChannels() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.troupe.transport.internal.tcp..", "io.troupe.jmh..", "io.troupe.chaos.process..")
                .should()
                .dependOnClassesThat(describe(
                        "are socket channels",
                        type -> type.getPackageName().equals("java.nio.channels")
                                && (type.getSimpleName().endsWith("SocketChannel")
                                        || type.getSimpleName().equals("Selector"))))
                .check(TROUPE);
    }

    @Test
    void modulesDependDownwardsOnly() {
        for (Map.Entry<String, List<String>> module : Map.of(
                        "io.troupe.metadata..", List.of("io.troupe.metadata.."),
                        "io.troupe.transport..", List.of("io.troupe.transport.."),
                        "io.troupe.cluster..",
                                List.of("io.troupe.cluster..", "io.troupe.metadata..", "io.troupe.transport.."),
                        "io.troupe.actors..",
                                List.of(
                                        "io.troupe.actors..",
                                        "io.troupe.cluster..",
                                        "io.troupe.metadata..",
                                        "io.troupe.transport.."))
                .entrySet()) {
            noClasses()
                    .that()
                    .resideInAPackage(module.getKey())
                    .should()
                    .dependOnClassesThat(resideInAnyPackage("io.troupe..")
                            .and(DescribedPredicate.not(
                                    resideInAnyPackage(module.getValue().toArray(String[]::new)))))
                    .check(TROUPE);
        }
    }

    @Test
    void internalsStayInsideTheirModule() {
        for (String module : List.of("metadata", "transport", "cluster", "actors")) {
            classes()
                    .that()
                    .resideInAPackage("io.troupe." + module + ".internal..")
                    .should()
                    .onlyHaveDependentClassesThat()
                    // The simulator drives the metadata cores where production has Ratis; nothing else looks inside.
                    .resideInAnyPackage("io.troupe." + module + "..", "io.troupe.chaos.sim..")
                    .check(TROUPE);
        }
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("io.troupe.(**)")
                .should()
                .beFreeOfCycles()
                // The root package and its spi are one API. A factory of the API names what it opens: only that one
                // step back is allowed.
                .ignoreDependency(
                        resideInAnyPackage(
                                "io.troupe.metadata", "io.troupe.transport", "io.troupe.cluster", "io.troupe.actors"),
                        resideInAnyPackage("io.troupe.*.internal..", "io.troupe.*.spi"))
                .check(TROUPE);
    }

    private static boolean isImpure(JavaCall<?> call) {
        return IMPURE_CALLS
                .getOrDefault(call.getTargetOwner().getName(), Set.of())
                .contains(call.getName());
    }
}
