using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PbKv.Protocol;

namespace PbKv.Actors.Wire;

/// <summary>Operations, their results, and the batches in which they travel.</summary>
internal static class OperationCodec
{
    private const int SmallestOperation = 4;
    private const int SmallestResult = 3;

    /// <summary>A batch that came from the wire and goes on unchanged is copied as it came.</summary>
    public static void Write(WireWriter writer, Batch batch)
    {
        var start = writer.BeginBlock();
        if (batch.Encoded.Bytes is { IsEmpty: false } encoded)
            writer.Raw(encoded.Span);
        else
            WriteFields(writer, batch);
        writer.EndBlock(start);
    }

    private static void WriteFields(WireWriter writer, Batch batch)
    {
        writer.Varint(batch.Session);
        writer.Varint(batch.Floor);
        writer.Varint(batch.Operations.Length);
        foreach (ref readonly var operation in batch.Operations.AsSpan())
        {
            writer.Byte((byte)operation.Kind);
            writer.Varint(operation.Sequence);
            writer.Bytes(operation.Key);
            writer.Bytes(operation.Value);
        }
    }

    public static Batch ReadBatch(ref WireReader reader)
    {
        var block = reader.Block();
        var encoded = block.Rest();
        var session = block.Varint();
        var floor = block.Varint();
        var operations = new Operation[block.Count(SmallestOperation)];
        for (var i = 0; i < operations.Length; i++)
        {
            var kind = (OperationKind)ValueCodec.ReadEnum(ref block, (int)OperationKind.TooLarge, "operation");
            operations[i] = new Operation(kind, block.Varint(), block.Bytes(), block.Bytes());
        }
        return new Batch(session, floor, ImmutableCollectionsMarshal.AsImmutableArray(operations))
        {
            Encoded = new EncodedForm(encoded),
        };
    }

    public static void Write(WireWriter writer, ImmutableArray<Batch> batches)
    {
        writer.Varint(batches.Length);
        foreach (var batch in batches)
            Write(writer, batch);
    }

    public static ImmutableArray<Batch> ReadBatches(ref WireReader reader)
    {
        const int smallestBatch = 7;
        var batches = new Batch[reader.Count(smallestBatch)];
        for (var i = 0; i < batches.Length; i++)
            batches[i] = ReadBatch(ref reader);
        return ImmutableCollectionsMarshal.AsImmutableArray(batches);
    }

    public static void Write(WireWriter writer, ImmutableArray<OperationResult> results)
    {
        writer.Varint(results.Length);
        foreach (ref readonly var result in results.AsSpan())
        {
            writer.Varint(result.Sequence);
            writer.Byte((byte)result.Status);
            writer.Bytes(result.Value);
        }
    }

    public static ImmutableArray<OperationResult> ReadResults(ref WireReader reader)
    {
        var results = new OperationResult[reader.Count(SmallestResult)];
        for (var i = 0; i < results.Length; i++)
        {
            var sequence = reader.Varint();
            var status = (ResultStatus)ValueCodec.ReadEnum(ref reader, (int)ResultStatus.BelowFloor, "result");
            results[i] = new OperationResult(sequence, status, reader.Bytes());
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(results);
    }
}
