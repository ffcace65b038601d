using System.Text.Json;

namespace ProcessingJob.Contract;

/// <summary>A file that programs of different ages may hand to each other.</summary>
interface IStamped
{
    FormatStamp Pjob { get; }
}

/// <summary>
/// The member <c>pjob</c> of job.json, plan, commit records and manifest: who wrote the file, and in which format. Launcher and image need
/// not be of one age, and what an older program does not know it would pass over without a word.
/// </summary>
/// <param name="Format">Raised with every change that older programs would read wrong.</param>
/// <param name="Version">Of the writer, such as 0.2.0.</param>
public sealed record FormatStamp(int Format, string Version)
{
    /// <summary>Name of the member.</summary>
    public const string Key = "pjob";

    /// <summary>The format that this program writes, and the newest that it reads.</summary>
    public const int Newest = 1;

    public static FormatStamp Current { get; } = new(Newest, ProductVersion.Text);

    /// <summary>Refuses a file of a newer program before anything of it is believed; one without a stamp is not newer.</summary>
    /// <param name="json">A document; what is no JSON is left to its reader.</param>
    /// <param name="name">Of the file, for the message.</param>
    /// <exception cref="PJobException">BadSpec: a newer program has written it.</exception>
    public static void Check(ReadOnlySpan<byte> json, string name)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals(Key))
                {
                    reader.Read();
                    using var stamp = JsonDocument.ParseValue(ref reader);
                    Check(stamp.RootElement, name);
                    return;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Damaged, as its reader will say.
        }
    }

    /// <exception cref="PJobException">BadSpec: the file is of a newer format.</exception>
    public static void Check(int format, string version, string name)
    {
        if (format > Newest)
        {
            throw new PJobException(
                $"{name}: written by pjob {version} (format {format}); this program is {ProductVersion.Text} and reads formats up to "
                    + $"{Newest}; fix: on SageMaker publish the image again (scripts/publish-image.sh), elsewhere use pjob {version}",
                ExitCode.BadSpec
            );
        }
    }

    static void Check(JsonElement stamp, string name)
    {
        if (stamp.ValueKind == JsonValueKind.Object && stamp.TryGetProperty("format", out var format) && format.TryGetInt32(out var number))
        {
            Check(number, stamp.TryGetProperty("version", out var version) ? version.ToString() : "of an unknown version", name);
        }
    }
}
