"""The messages of Google's Gemini API, and how its gateway reads JSON into them.

Sources: https://ai.google.dev/api/generate-content, /api/caching (Content, Part, Tool, Schema), /api/batch-api, /api/files, /api/tokens;
https://protobuf.dev/programming-guides/json; the types of the google-genai package. Names may be in camelCase or snake_case, a list of
one may stand without its brackets, null is absence, and enums may be in small letters, as the documentation's examples have them.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from .problem import Problem
from .wire import Json

_PACKAGE = "type.googleapis.com/google.ai.generativelanguage.v1beta."
# A message is its fields, each with its type: [T] is a list, {T} a map, "value" anything, "struct" any object.
_MESSAGES = {
    "GenerateContentRequest": "model:string systemInstruction:Content contents:[Content] tools:[Tool] toolConfig:ToolConfig "
    "safetySettings:[SafetySetting] generationConfig:GenerationConfig cachedContent:string serviceTier:string store:bool labels:{string}",
    "CountTokensRequest": "model:string contents:[Content] generateContentRequest:GenerateContentRequest",
    "BatchGenerateContentRequest": "batch:GenerateContentBatch",
    "GenerateContentBatch": "model:string name:string displayName:string inputConfig:InputConfig priority:int64 webhookConfig:value",
    "InputConfig": "fileName:string requests:InlinedRequests",
    "InlinedRequests": "requests:[InlinedRequest]",
    "InlinedRequest": "request:GenerateContentRequest metadata:struct",
    "BatchLine": "key:string request:GenerateContentRequest",
    "CreateFileRequest": "file:File",
    "File": "name:string displayName:string mimeType:string sizeBytes:int64 source:string uri:string state:string",
    "PredictRequest": "model:string instances:[value] parameters:value",
    "Content": "parts:[Part] role:string",
    "Part": "text:string inlineData:Blob fileData:FileData functionCall:FunctionCall functionResponse:FunctionResponse "
    "executableCode:ExecutableCode codeExecutionResult:CodeExecutionResult toolCall:value toolResponse:value thought:bool "
    "thoughtSignature:bytes videoMetadata:VideoMetadata mediaResolution:value partMetadata:struct",
    "Blob": "mimeType:string data:bytes",
    "FileData": "mimeType:string fileUri:string",
    "FunctionCall": "id:string name:string args:struct",
    "FunctionResponse": "id:string name:string response:struct parts:[FunctionResponsePart] willContinue:bool scheduling:string",
    "FunctionResponsePart": "inlineData:Blob",
    "ExecutableCode": "id:string language:string code:string",
    "CodeExecutionResult": "id:string outcome:string output:string",
    "VideoMetadata": "startOffset:string endOffset:string fps:float",
    "Tool": "functionDeclarations:[FunctionDeclaration] googleSearch:GoogleSearch googleSearchRetrieval:value codeExecution:CodeExecution "
    "urlContext:UrlContext googleMaps:GoogleMaps fileSearch:value computerUse:value mcpServers:[value]",
    "GoogleSearch": "timeRangeFilter:Interval searchTypes:value",
    "Interval": "startTime:string endTime:string",
    "CodeExecution": "",
    "UrlContext": "",
    "GoogleMaps": "enableWidget:bool",
    "FunctionDeclaration": "name:string description:string behavior:Behavior parameters:Schema parametersJsonSchema:value "
    "response:Schema responseJsonSchema:value",
    "ToolConfig": "functionCallingConfig:FunctionCallingConfig retrievalConfig:value includeServerSideToolInvocations:bool",
    "FunctionCallingConfig": "mode:Mode allowedFunctionNames:[string]",
    "SafetySetting": "category:string threshold:HarmBlockThreshold",
    "GenerationConfig": "stopSequences:[string] responseMimeType:string responseSchema:Schema responseJsonSchema:value "
    "_responseJsonSchema:value responseModalities:[Modality] candidateCount:int32 maxOutputTokens:int32 temperature:float topP:float "
    "topK:int32 seed:int32 presencePenalty:float frequencyPenalty:float responseLogprobs:bool logprobs:int32 speechConfig:SpeechConfig "
    "thinkingConfig:ThinkingConfig imageConfig:ImageConfig mediaResolution:MediaResolution enableEnhancedCivicAnswers:bool "
    "responseFormat:[value] translationConfig:value audioTranscriptionConfig:value",
    "SpeechConfig": "voiceConfig:VoiceConfig multiSpeakerVoiceConfig:MultiSpeakerVoiceConfig languageCode:string",
    "VoiceConfig": "prebuiltVoiceConfig:PrebuiltVoiceConfig",
    "PrebuiltVoiceConfig": "voiceName:string",
    "MultiSpeakerVoiceConfig": "speakerVoiceConfigs:[SpeakerVoiceConfig]",
    "SpeakerVoiceConfig": "speaker:string voiceConfig:VoiceConfig",
    "ThinkingConfig": "includeThoughts:bool thinkingBudget:int32 thinkingLevel:ThinkingLevel",
    "ImageConfig": "aspectRatio:string imageSize:string",
    "Schema": "type:Type format:string title:string description:string nullable:bool enum:[string] items:Schema maxItems:int64 "
    "minItems:int64 properties:{Schema} required:[string] minProperties:int64 maxProperties:int64 minimum:float maximum:float "
    "minLength:int64 maxLength:int64 pattern:string example:value anyOf:[Schema] propertyOrdering:[string] default:value",
}
_ENUMS = {
    "Type": ("Type", "STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL"),
    "Mode": ("FunctionCallingConfig.Mode", "AUTO ANY NONE VALIDATED"),
    "Behavior": ("FunctionDeclaration.Behavior", "BLOCKING NON_BLOCKING"),
    "Modality": ("GenerationConfig.Modality", "TEXT IMAGE AUDIO VIDEO"),
    "ThinkingLevel": ("ThinkingConfig.ThinkingLevel", "MINIMAL LOW MEDIUM HIGH"),
    "MediaResolution": ("MediaResolution", "MEDIA_RESOLUTION_LOW MEDIA_RESOLUTION_MEDIUM MEDIA_RESOLUTION_HIGH"),
    "HarmBlockThreshold": (
        "SafetySetting.HarmBlockThreshold",
        "BLOCK_LOW_AND_ABOVE BLOCK_MEDIUM_AND_ABOVE BLOCK_ONLY_HIGH BLOCK_NONE OFF",
    ),
}
_FIELDS = {name: dict(field.split(":", 1) for field in fields.split()) for name, fields in _MESSAGES.items()}
_VALUES = {name: (full, frozenset(values.split())) for name, (full, values) in _ENUMS.items()}
_LIMITS = {"int32": 2**31, "int64": 2**63}


def snake(name: str) -> str:
    """The field's name as it stands in the gateway's complaints."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found[1].lower(), name)


def camel(name: str) -> str:
    return re.sub(r"(?<=[a-zA-Z0-9])_([a-z0-9])", lambda found: found[1].upper(), name)


def parse(body: Json, message: str) -> Json:
    """The message with its fields under their camelCase names; all complaints come at once."""
    complaints: list[str] = []
    read = _message(body, message, "", complaints)
    if complaints:
        raise Problem("bad_request", "\n".join(complaints))
    return read


def decoded(text: str) -> bytes:
    """Base64 of either alphabet, padded or not."""
    return base64.b64decode(
        text.replace("-", "+").replace("_", "/").rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True
    )


def _message(value: Any, name: str, path: str, complaints: list[str]) -> Json:
    if not isinstance(value, dict):
        complaints.append(_invalid(path, _PACKAGE + name, value))
        return {}
    read: Json = {}
    for given, one in value.items():
        field = given if given in _FIELDS[name] else camel(given)
        kind = _FIELDS[name].get(field)
        if kind is None:
            where = f" at '{path}'" if path else ""
            complaints.append(f'Invalid JSON payload received. Unknown name "{given}"{where}: Cannot find field.')
        elif one is not None:
            read[field] = _field(one, kind, field, path, complaints)
    return read


def _field(value: Any, kind: str, field: str, path: str, complaints: list[str]) -> Any:
    where = f"{path}.{snake(field)}" if path else snake(field)
    if kind.startswith("["):
        if not isinstance(value, list):
            return [_one(value, kind[1:-1], field, where, complaints)]
        return [_one(one, kind[1:-1], field, f"{where}[{at}]", complaints) for at, one in enumerate(value)]
    if kind.startswith("{") and isinstance(value, dict):
        return {
            key: _one(one, kind[1:-1], field, f"{where}[{at}].value", complaints)
            for at, (key, one) in enumerate(value.items())
        }
    if isinstance(value, list) and kind != "value":
        told = "Proto field is not repeating, cannot start list."
        complaints.append(f"Invalid JSON payload received. Unknown name \"{field}\" at '{path}': {told}")
        return None
    return _one(value, kind, field, where, complaints)


def _one(value: Any, kind: str, field: str, where: str, complaints: list[str]) -> Any:
    if kind == "value":
        return value
    if kind in _FIELDS:
        return _message(value, kind, where, complaints)
    if kind == "struct" or kind.startswith("{"):
        if not isinstance(value, dict):
            complaints.append(_invalid(where, "type.googleapis.com/google.protobuf.Struct", value))
        return value
    if isinstance(value, dict | list):
        complaints.append(f"Invalid value at '{where}' ({snake(field)}), Starting an object on a scalar field")
        return None
    if kind in _VALUES:
        full, values = _VALUES[kind]
        chosen = value.upper().replace("-", "_") if isinstance(value, str) else ""
        if chosen not in values and not chosen.endswith("_UNSPECIFIED"):
            complaints.append(_invalid(where, _PACKAGE + full, value))
        return chosen
    read = _scalar(value, kind)
    if read is None:
        failed = f'Base64 decoding failed for "{value}"' if kind == "bytes" and isinstance(value, str) else None
        complaints.append(_invalid(where, f"TYPE_{kind.upper()}", value, failed))
    return read


def _scalar(value: Any, kind: str) -> Any:
    """The value, none where it does not fit."""
    match kind:
        case "string":
            return value if isinstance(value, str) else None
        case "bool":
            return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value))
        case "bytes":
            try:
                return decoded(value)
            except (binascii.Error, ValueError, AttributeError):
                return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if isinstance(value, bool) or kind == "float":
        return None if isinstance(value, bool) else number
    return int(value) if number == int(number) and -_LIMITS[kind] <= number < _LIMITS[kind] else None


def _invalid(path: str, kind: str, value: Any, told: str | None = None) -> str:
    shown = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return f"Invalid value at '{path}' ({kind}), {told or shown}"


def violations(message: str) -> Iterator[Json]:
    """The complaints as google.rpc.BadRequest lists them."""
    for line in message.splitlines():
        found = re.search(r" at '([^']*)'", line)
        yield ({"field": found[1]} if found else {}) | {"description": line}


def schema_complaint(schema: Json, path: str) -> str:
    """What is wrong with a schema that the gateway could read, empty if nothing."""
    kind, inner = schema.get("type", ""), schema.get("properties", {})
    if not kind and not schema.get("anyOf"):
        return f"{path}.type: must be specified"
    if kind == "OBJECT" and not inner:
        return f"{path}.properties: should be non-empty for OBJECT type"
    if kind == "ARRAY" and "items" not in schema:
        return f"{path}.items: missing field."
    if schema.get("enum") and kind not in ("STRING", "INTEGER", "NUMBER"):
        return f"{path}.enum: only allowed for STRING type"
    for at, name in enumerate(schema.get("required", ())):
        if name not in inner:
            return f"{path}.required[{at}]: property is not defined"
    below = [(f"{path}.properties[{name}]", one) for name, one in inner.items()]
    below += [(f"{path}.any_of[{at}]", one) for at, one in enumerate(schema.get("anyOf", ()))]
    below += [(f"{path}.items", schema["items"])] if "items" in schema else []
    return next((told for where, one in below if (told := schema_complaint(one, where))), "")


def plain_schema(schema: Json) -> Json:
    """The same as JSON Schema, whose types are in small letters."""
    plain = dict(schema)
    if "type" in schema:
        plain["type"] = schema["type"].lower()
    if "properties" in schema:
        plain["properties"] = {name: plain_schema(one) for name, one in schema["properties"].items()}
    if "items" in schema:
        plain["items"] = plain_schema(schema["items"])
    if "anyOf" in schema:
        plain["anyOf"] = [plain_schema(one) for one in schema["anyOf"]]
    return plain
