package io.troupe.chaos.mutant;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs a test class on whatever cores its class loader finds; called from outside that loader. */
public final class TestProbe {
    private TestProbe() {}

    /**
     * Runs the tests of a class until one fails.
     *
     * @param testClass its name
     * @param patience  how long it waits for something, unless it says so itself
     * @return the first test that fails, or null if all pass
     * @throws IllegalStateException if the class has no test that runs
     */
    public static @Nullable String firstSign(String testClass, Duration patience) {
        Awaitility.setDefaultTimeout(patience);
        Launcher launcher = LauncherFactory.create();
        long started = 0;
        // One method after the other: a launcher cannot be stopped, and a dead mutant needs no further test.
        for (TestIdentifier method : methods(launcher, testClass)) {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectUniqueId(method.getUniqueId()))
                    // A dead mutant needs no smaller example; and jqwik's limit of the search does not hold on a thread
                    // of the common pool, which helps with the search instead of waiting for it.
                    .configurationParameter("jqwik.shrinking.default", "OFF")
                    .build();
            launcher.execute(request, listener);
            started += listener.getSummary().getTestsStartedCount();
            if (listener.getSummary().getTotalFailureCount() > 0) {
                return method.getDisplayName();
            }
        }
        if (started == 0) {
            throw new IllegalStateException(testClass + " has no test that runs");
        }
        return null;
    }

    private static List<TestIdentifier> methods(Launcher launcher, String testClass) {
        TestPlan plan = launcher.discover(LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(testClass))
                .build());
        return plan.getRoots().stream()
                .flatMap(engine -> plan.getChildren(engine).stream())
                .flatMap(found -> found.isTest() ? Stream.of(found) : plan.getChildren(found).stream())
                .toList();
    }
}
