using System.Reflection;
using Akka.Actor;

namespace Engine.Own.Tests;

/// <summary>What the engine offers, Akka.NET offers too: only so does code that builds here build there.</summary>
public sealed class PublicApiTests
{
    private static readonly HashSet<string> Listed = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Api", "akka-api.txt"))];

    // A type's base and interfaces may be fewer here; its kind may not differ.
    private static readonly Dictionary<string, string> ListedKinds = Listed
        .Where(l => l.Contains(" = ", StringComparison.Ordinal) && !l.Contains(" . ", StringComparison.Ordinal))
        .ToDictionary(l => l.Split(" = ", 2)[0], l => l.Split(" = ", 2)[1], StringComparer.Ordinal);

    public static TheoryData<string> Assemblies => new(typeof(ActorSystem).Assembly.Location, typeof(Akka.TestKit.Xunit2.TestKit).Assembly.Location, Beside("Akka.Remote.dll"));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Every_public_line_of_the_engine_is_a_line_of_Akka(string assembly)
    {
        var foreign = ApiLines.Of(Assembly.LoadFrom(assembly)).Where(line => !IsListed(line)).ToList();
        Assert.True(foreign.Count == 0, $"not in akka-api.txt:{Environment.NewLine}{string.Join(Environment.NewLine, foreign)}");
    }

    [Fact]
    public void A_line_that_Akka_does_not_have_is_found_out()
    {
        Assert.False(IsListed("Akka.Actor.ActorSystem . void Explode()"));
        Assert.False(IsListed("Akka.Actor.Props = struct"));
        Assert.False(IsListed("Akka.Actor.Props = class : IInvented"));
        Assert.True(IsListed("Akka.Actor.Props = class"));
    }

    private static bool IsListed(string line)
    {
        if (Listed.Contains(line)) return true;
        var parts = line.Split(" = ", 2);
        if (line.Contains(" . ", StringComparison.Ordinal) || !ListedKinds.TryGetValue(parts[0], out var listed)) return false;
        var (kind, bases) = KindAndBases(parts[1]);
        var (listedKind, listedBases) = KindAndBases(listed);
        return kind == listedKind && bases.All(listedBases.Contains);
    }

    private static (string Kind, string[] Bases) KindAndBases(string text)
    {
        var parts = text.Split(" : ", 2);
        return (parts[0], parts.Length == 1 ? [] : parts[1].Split(", "));
    }

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);
}
