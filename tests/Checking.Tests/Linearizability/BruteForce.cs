using PbKv.Protocol;

namespace PbKv.Checking.Tests;

internal sealed record SmallOperation(
    OperationKind Kind,
    string Argument,
    int Invoke,
    int Return,
    string? Result,
    bool Known
);

/// <summary>Tries every order of every choice of the unanswered operations.</summary>
internal static class BruteForce
{
    public static bool IsLinearizable(List<SmallOperation> operations) => Search(operations, 0, null);

    public static string? Apply(OperationKind kind, string argument, string? value) =>
        kind switch
        {
            OperationKind.Put => argument,
            OperationKind.Append => value + argument,
            OperationKind.PutHash => Hashing.Fnv1a(Bytes.Utf8(value ?? "").Span, Bytes.Utf8(argument).Span).ToString(),
            _ => value,
        };

    public static Bytes? Apply(OperationKind kind, Bytes argument, Bytes? value) =>
        kind switch
        {
            OperationKind.Put => argument,
            OperationKind.Append => Bytes.Concat(value ?? default, argument),
            OperationKind.PutHash => Bytes.Utf8(Hashing.Fnv1a((value ?? default).Span, argument.Span).ToString()),
            _ => value,
        };

    private static bool Search(List<SmallOperation> operations, int used, string? value)
    {
        var due = int.MaxValue;
        for (var i = 0; i < operations.Count; i++)
        {
            if ((used & (1 << i)) == 0 && operations[i].Known)
                due = Math.Min(due, operations[i].Return);
        }
        if (due == int.MaxValue)
            return true;
        for (var i = 0; i < operations.Count; i++)
        {
            var operation = operations[i];
            if ((used & (1 << i)) != 0 || operation.Invoke > due)
                continue;
            if (
                operation.Known
                && operation.Kind is OperationKind.Get or OperationKind.PutHash
                && operation.Known
                && !Fits(operation.Result, value)
            )
                continue;
            if (Search(operations, used | (1 << i), Apply(operation.Kind, operation.Argument, value)))
                return true;
        }
        return false;
    }

    private static bool Fits(string? result, string? value) => result == value || (result == "" && value is null);
}
