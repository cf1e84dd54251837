/**
 * The runnable showcase: starts nodes as processes, sends orders, kills a node, and compares every entity at the end.
 * What is sent is made and counted without the product, by input and verdict; DemoClient and NodeMain are its nodes.
 * Start at {@link io.troupe.demo.Main}, then Launch and DemoRun.
 */
@NullMarked
package io.troupe.demo;

import org.jspecify.annotations.NullMarked;
