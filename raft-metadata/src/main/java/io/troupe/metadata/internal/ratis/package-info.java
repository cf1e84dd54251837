/**
 * Shell: the only package that imports Ratis.
 * Knows no key schema.
 * Start at {@code RatisMetadataStore}.
 */
@NullMarked
package io.troupe.metadata.internal.ratis;

import org.jspecify.annotations.NullMarked;
