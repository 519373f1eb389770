using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PbKv.Protocol;

/// <summary>Assertions that live in Release too: a node that finds one broken stops, loudly, rather than go on.</summary>
public static class Invariant
{
    public static void Assert([DoesNotReturnIf(false)] bool condition, string text, [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition) throw new InvariantBrokenException($"{text} (broken: {expression})");
    }
}

public sealed class InvariantBrokenException : Exception
{
    public InvariantBrokenException()
    {
    }

    public InvariantBrokenException(string message) : base(message)
    {
    }

    public InvariantBrokenException(string message, Exception inner) : base(message, inner)
    {
    }
}
