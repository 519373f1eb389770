using System.Text;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>PutHash, computed beside the store.</summary>
internal static class HashChain
{
    public static string Next(string? previous, string value)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes((previous ?? "") + value))
            hash = (hash ^ b) * 16777619u;
        return $"{hash}";
    }
}
