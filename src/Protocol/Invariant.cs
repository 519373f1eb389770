using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PbKv.Protocol;

/// <summary>
/// Assertions that live in Release too: a node that finds one broken stops, loudly, rather than go on.
/// </summary>
public static class Invariant
{
    public static void Assert(
        [DoesNotReturnIf(false)] bool condition,
        string text,
        [CallerArgumentExpression(nameof(condition))] string? expression = null
    )
    {
        if (!condition)
            throw new InvariantBrokenException($"{text} (broken: {expression})");
    }

    /// <summary>
    /// A text with values in it is put together only where the condition is broken: asserting costs nothing else.
    /// </summary>
    public static void Assert(
        [DoesNotReturnIf(false)] bool condition,
        [InterpolatedStringHandlerArgument(nameof(condition))] ref InvariantText text,
        [CallerArgumentExpression(nameof(condition))] string? expression = null
    )
    {
        if (!condition)
            throw new InvariantBrokenException($"{text.Take()} (broken: {expression})");
    }
}

/// <summary>What the compiler makes of an interpolated string given to <see cref="Invariant"/>.</summary>
[InterpolatedStringHandler]
public ref struct InvariantText
{
    private DefaultInterpolatedStringHandler _text;

    public InvariantText(int literalLength, int formattedCount, bool condition, out bool isNeeded)
    {
        isNeeded = !condition;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    internal string Take() => _text.ToStringAndClear();
}

public sealed class InvariantBrokenException(string message) : Exception(message);
