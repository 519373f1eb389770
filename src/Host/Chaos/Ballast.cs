using System.Buffers.Binary;
using System.Text;
using PbKv.Checking;
using PbKv.Client;

namespace PbKv.Host.Chaos;

/// <summary>
/// Entries that are written once, before anything goes wrong, and have to be there in the end. They make a transfer long
/// enough that faults strike in the middle of one.
/// </summary>
internal static class Ballast
{
    private const int Entries = 4096;
    private const int ValueBytes = 4096;
    private const int Samples = 128;
    private const int AtOnce = 64;

    public static async Task LoadAsync(PbKvClient client, CancellationToken cancellation)
    {
        foreach (var some in Enumerable.Range(0, Entries).Chunk(AtOnce))
            await Task.WhenAll(some.Select(entry => client.PutAsync(KeyOf(entry), ValueOf(entry), cancellationToken: cancellation).AsTask()));
    }

    /// <returns>Some keys, where they do not hold what was written.</returns>
    public static async Task<IReadOnlyList<string>> LostAsync(PbKvClient client, Chance chance)
    {
        var lost = new List<string>();
        for (var i = 0; i < Samples; i++)
        {
            var entry = chance.Below(Entries);
            if (await client.TryGetAsync(KeyOf(entry)) is not { } value || !value.AsSpan().SequenceEqual(ValueOf(entry))) lost.Add($"ballast{entry}");
        }
        return lost;
    }

    private static byte[] KeyOf(int entry) => Encoding.UTF8.GetBytes($"ballast{entry}");

    private static byte[] ValueOf(int entry)
    {
        var value = new byte[ValueBytes];
        for (var i = 0; i < ValueBytes; i += sizeof(int)) BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(i), entry + i);
        return value;
    }
}
